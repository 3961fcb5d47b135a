"""Answers at the speed of their wire: planned, shared and multiplexed, whoever resolves them."""
