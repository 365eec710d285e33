"""What a page shows, worked out here so that views stay thin and templates print."""
