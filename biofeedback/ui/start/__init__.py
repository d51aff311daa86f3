"""The Start step: who, which plan, which board, and the week's practice."""
