"""Tags that the desk's templates load by name; those of every page stand in `publisher.web.tags`."""
