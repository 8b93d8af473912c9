"""The domain as pure functions and value types; the standard library only."""
