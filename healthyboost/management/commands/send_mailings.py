"""Sends what waits and ends when nothing is being sent any more. Several may run beside `work`."""

import time

from django.core.management.base import BaseCommand

from healthyboost.mailing.models import Mailing
from healthyboost.mailing.sending import send_mailings


class Command(BaseCommand):
    help = "Sends the mailings that have been started, and ends when they are finished."

    def handle(self, **options):
        sent = 0
        while Mailing.objects.filter(state=Mailing.State.SENDING).exists():
            now = send_mailings(seconds=60)
            sent += now
            if not now:
                time.sleep(1)  # what was refused is tried again later
        self.stdout.write(f"{sent}")
