"""The page: four rooms on the same service as the cards, made on the server, and readable without a script.

``site`` is what every room stands on: templates, the forms that people send, the headers that keep a page private. Each
room has modules of its own and gives its routes; ``pages`` puts them together. Nothing is kept between two requests: a
record travels in the form, and in a file if somebody saves one.
"""
