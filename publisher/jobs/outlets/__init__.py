"""What partners get: channels, bundles, pushes, corrections and kills, practice."""
