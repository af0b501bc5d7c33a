"""The table of jobs: a name, the function that does it, and the queue it waits in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from publisher.engine.retry import retry_after
from publisher.engine.seam import Job
from publisher.errors import PublisherError
from publisher.jobs.lists import intake
from publisher.jobs.outlets import survival
from publisher.jobs.worker import alerts, housekeeping, issue, supply
from publisher.jobs.worker.duty import Duty
from publisher.jobs.worker.mailroom import Mailroom
from publisher.store import log
from publisher.store.database import unit

# A big edition must not delay a pull, nor a partner's slow server an alert: each queue has workers of its own.
QUEUES: Final[Mapping[str, str]] = {
    "pull": "pull",
    "build": "build",
    "alert": "build",
    "deliver": "send",
    "syndicate": "syndicate",
    "push": "syndicate",
    survival.JOB: "syndicate",
    "settle": "mail",
    "letters": "mail",
    "mailbag": "mail",
    "housekeeping": "mail",
    intake.JOB: "lists",
}


def jobs_of(duty: Duty) -> Mapping[str, Job]:
    """Give what a worker can do."""
    mailroom = Mailroom(duty)
    table: dict[str, Job] = {
        "pull": duty.pull,
        "build": partial(issue.build, duty),
        "alert": partial(alerts.alert, duty),
        "deliver": duty.deliver,
        "syndicate": partial(supply.syndicate, duty),
        "push": partial(supply.push, duty),
        survival.JOB: partial(supply.audit, duty),
        "settle": duty.settle,
        "letters": mailroom.work,
        "mailbag": mailroom.collect,
        "housekeeping": partial(housekeeping.forget, duty),
        intake.JOB: partial(_enrol, duty),
    }
    return {name: _watched(name, job, duty) for name, job in table.items()}


def _enrol(duty: Duty, key: str) -> None:
    """Take a list of people in."""
    intake.work(duty.means.settings, duty.means.home, key, duty.means.now)


def _watched(name: str, job: Callable[..., None], duty: Duty) -> Job:
    """Let people be told when a job failed in a way that trying again does not mend."""

    def call(**args: object) -> None:
        try:
            job(**args)
        except PublisherError as failure:
            if retry_after(failure, 1) is None:
                with unit():
                    log.alert(duty.means.now(), "job", f"job {name}", reason=str(failure))
            raise

    return call
