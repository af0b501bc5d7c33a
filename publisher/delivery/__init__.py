"""An edition becomes bytes, and the bytes reach each subscriber once.

- `address`, `message`, `unsubscribe`: mailboxes, prebuilt bytes with splice points, signed links (pure)
- `outcome`: what each answer and each failure means (pure); `breaker`, `quota`: when to stop, how fast to go (pure)
- `transport`: the seam; `ses`, `smtp`, `outbox`: the three ways out
- `feedback`, `dsn`: what SES and mail servers tell afterwards (pure); `queue`: where SES events come from
"""
