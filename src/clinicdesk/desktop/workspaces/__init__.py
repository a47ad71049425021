"""What people work in, one package for each place of the rail; `shared` is what several show.

Imported one by one: a desk loads only the places that its member's role has.
"""
