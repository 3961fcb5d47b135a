"""What can be known: facts become views, each its own small store that can be made again."""
