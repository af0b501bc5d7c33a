"""The newsroom itself: what its settings declare, who may do what, and who stands in for whom."""
