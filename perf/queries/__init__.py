"""Every read of many rows, scoped to the actor in SQL, with its eager loads declared here."""
