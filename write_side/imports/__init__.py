"""Adapters that bring other systems' records in as commands, one package a source."""
