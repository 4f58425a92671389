"""How often one network address may have something made for it: searches, answers of the interface."""
