"""From which network a request comes, as far as the servers that we trust say."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied


def network_asking(request):
    """The network of the asker, as a word; "" where nothing says from where she asks."""
    try:
        return network_of(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def network_of(address):
    """An address; of IPv6 the network, of which one reader has more addresses than one can count."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))


def is_this_machine(network):
    """Also where a server on this machine stands in front and nobody said so: TRUSTED_PROXIES."""
    return network.startswith("127.") or network == "::/64"
