"""Budget performance: targets, results and self-evaluation of public bodies."""
