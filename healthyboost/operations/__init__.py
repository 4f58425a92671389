"""What those who run the portal see of it: health, logs, numbers, faults. None of them says who reads."""
