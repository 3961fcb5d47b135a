"""The log: facts in the order they were recorded, for ever, each chained to the one before."""
