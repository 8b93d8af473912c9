"""Everything of a year in one zip file (年度资料包): its contents, its index, and their making."""
