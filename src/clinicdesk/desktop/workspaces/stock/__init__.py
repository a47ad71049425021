"""The shelves of a pharmacy: what lies there, what is ordered, what it costs.

Map:

- `workspace`                the three pages and their tabs
- `shelves`, `shelf_*`       what lies there, its batches, counting and receiving
- `orders`, `order_*`        orders to suppliers, from what is low to what has come
- `prices`, `price_*`        the price list: what a file would change, and taking it
- `expiry`                   reads an expiry as it is printed on packs
"""
