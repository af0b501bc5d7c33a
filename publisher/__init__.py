"""Publisher: accessible e-mail digests and syndication bundles.

Read the package in this order:

- `model` and `errors`: the values that flow and the failures that end a run; `language`: tags, scripts, direction
- `settings`: what the operator chose
- `accessibility`: a page or a mail in, findings out
- `sources` -> `digest` -> `delivery`: documents become posts, a digest, a message, one delivery per subscriber
- `syndication`: the same posts as feeds, packages and bundles for partner outlets
- `schedule`, `net`, `media`: when, the one way out, pictures
- `store`, `engine`, `jobs`: what is remembered, who runs a job, and the order of calls of each job
- `web`, `cli`, `sandbox`: the pages, the commands, and a local SES to try it all
"""

__version__ = "0.1.0"
