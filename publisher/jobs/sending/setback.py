"""What to do after a message was provably not accepted for a reason that concerns everybody."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from publisher.delivery.quota import back_off
from publisher.model import NotAccepted, Reaction

Step = Literal["wait", "pause", "hold", "hold-all", "pause-all"]

_UNREACHED: Final = timedelta(minutes=10)
_DAILY_QUOTA: Final = timedelta(minutes=10)  # as AWS advises
_THROTTLES: Final = ("Throttl", "TooManyRequests", "RequestLimit", "SlowDown", "LimitExceeded", "SMTP45", "SMTP42")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The next step; with "wait", for how long. `slower`: the account was asked for more than it allows."""

    step: Step
    delay: timedelta = timedelta()
    slower: bool = False
    reason: str = ""


class Setback:
    """Remembers how long a way out has been shut. `jitter` gives numbers between 0 and 1."""

    def __init__(self, jitter: random.Random | None = None) -> None:
        self._jitter = jitter or random.Random()  # noqa: S311 - spreads retries, keeps no secret
        self._count = 0
        self._since: datetime | None = None

    def clear(self) -> None:
        """Forget: something was accepted."""
        self._count = 0
        self._since = None

    def advise(self, refused: NotAccepted, now: datetime) -> Advice:
        """Say what comes next."""
        why = f"{refused.code}: {refused.reason}"
        match refused.reaction:
            case Reaction.STOP:
                return Advice(step="hold", reason=why)
            case Reaction.STOP_ALL:
                return Advice(step="hold-all", reason=why)
            case Reaction.PAUSE if refused.code == "DailyQuota":
                return Advice(step="wait", delay=_DAILY_QUOTA, reason=f"the daily quota is used up ({why})")
            case Reaction.PAUSE:
                return Advice(step="pause-all", reason=why)
            case _:
                return self._back_off(refused, why, now)

    def _back_off(self, refused: NotAccepted, why: str, now: datetime) -> Advice:
        """Wait longer each time, with jitter; after ten minutes of it, stop asking."""
        self._since = self._since or now
        self._count += 1
        slower = refused.code.startswith(_THROTTLES)
        if now - self._since >= _UNREACHED:
            self.clear()  # whoever resumes the edition gives it ten more minutes
            minutes = int(_UNREACHED.total_seconds() // 60)
            return Advice(step="pause", slower=slower, reason=f"nothing was accepted for {minutes} minutes ({why})")
        delay = timedelta(seconds=back_off(self._count, self._jitter.random()))
        return Advice(step="wait", delay=delay, slower=slower, reason=why)
