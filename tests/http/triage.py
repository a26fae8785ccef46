"""Finds the worst flag of a map and takes it on, by a client generated from the service's own document."""

import os
import sys

from moodline_client import AuthenticatedClient, Client
from moodline_client.api.flags import flag_history, list_flags, triage_flag
from moodline_client.api.maps import list_maps
from moodline_client.api.mentions import list_mentions
from moodline_client.models import FlagStatus, FlagTriage, MentionOrder, SentimentLabel

address, token = sys.argv[1], os.environ.get("MOODLINE_TOKEN")
client = AuthenticatedClient(base_url=address, token=token) if token else Client(base_url=address)

with client:
    worst = min((one for one in list_maps.sync(client=client) if one.net is not None), key=lambda one: one.net)
    print(f"map {worst.map_}: net {worst.net:+.2f} from {worst.n} mentions")
    flags = list_flags.sync(client=client, map_=worst.map_, status=[FlagStatus.OPEN], limit=1)
    flag = flags.flags[0]
    print(f"{flags.total} open flags; the worst is {flag.id} at {flag.touchpoint}: {flag.evidence}")
    mentions = list_mentions.sync(
        client=client,
        map_=worst.map_,
        touchpoint=flag.touchpoint,
        sentiment=SentimentLabel.NEGATIVE,
        sort=MentionOrder.REPRESENTATIVE,
        limit=3,
    )
    for row in mentions.mentions:
        print(f"  {row.posted_at:%Y-%m-%d}  {row.sentiment.negative:.2f}  {row.evidence}")
    taken = triage_flag.sync(
        flag.id, client=client, body=FlagTriage(status=FlagStatus.ACKNOWLEDGED, assignee="payments", note="looking into it")
    )
    assert (taken.status, taken.assignee) == (FlagStatus.ACKNOWLEDGED, "payments"), taken
    event = flag_history.sync(flag.id, client=client).events[-1]
    print(f"flag {flag.id} is {taken.status} with {taken.assignee}; {event.actor} said: {event.note}")
