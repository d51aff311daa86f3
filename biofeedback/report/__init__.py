"""What a recording says: recomputation, summary numbers, a picture as SVG."""
