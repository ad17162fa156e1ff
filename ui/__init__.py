"""What every page is made of: components, lists, forms, htmx, uploads. Knows no domain object."""
