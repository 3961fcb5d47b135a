"""The twin: the same enrolling as rows that are changed, by stock Strawberry and SQLModel."""
