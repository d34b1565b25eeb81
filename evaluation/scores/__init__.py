"""From answers to rows of the score table, with each judged answer behind them."""
