"""The same posts as feeds, packages and signed bundles for partner outlets.

    posts + Channel -> release -> writers -> Bundle -> archive.write -> archive.verify

Read in this order: `channel` (what a partner may pull), `release` (a post made ready: identity, version, body),
`body` and `markup` (the XHTML that every format shares), one module per format, `carriage` (what a format cannot
carry), `manifest`, `signature`, `container`, `bundle`, `archive`, `read`. All of it is pure but for `archive` and
`read`, which touch the files they are given, `spool`, where the contents of a large bundle wait, and what brings
bundles and news to partners: `push`, `dropoff`, `sftp`, `wordpress`.
"""
