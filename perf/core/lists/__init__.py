"""Lists to values: dealt-with cases, questionnaires and payments become an indicator's actual."""
