"""The shop: a small microservice with products and orders in a database."""

from shop.service import create_app

__all__ = ["create_app"]
