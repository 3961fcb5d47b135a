"""GraphQL: what clients see; strawberry and starlette live here and in service.py only."""
