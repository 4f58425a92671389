from django.apps import AppConfig
from django.db.backends.signals import connection_created

from healthyboost import pulse


class OperationsConfig(AppConfig):
    name = "healthyboost.operations"

    def ready(self):
        from .counts import count_queries
        from .faults import report_faults
        from .tallies import tallies

        connection_created.connect(count_queries, dispatch_uid="operations")
        pulse.every(10, tallies.write)
        report_faults()
