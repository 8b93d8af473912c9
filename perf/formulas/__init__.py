"""Formulas of computed indicators (计算指标): a grammar with Chinese names, worked out exactly."""
