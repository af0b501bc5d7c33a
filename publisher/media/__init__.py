"""The picture store: pictures fetched once, made fit for mail, kept by the hash of their bytes.

    url -> keep -> fetch (net) -> prepare (pure) -> Store -> KeptPicture

In reading order: containers, embedded (words inside a picture), animation, picture, store, s3, keep.
"""
