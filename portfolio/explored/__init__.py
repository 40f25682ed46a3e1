"""What is explored around a plan: budgets, prices, costs, changes and near-optimal plans. Plain values, no solver."""
