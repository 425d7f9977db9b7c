"""Special offers: one product is cheaper today."""

from flask import g, request

from shop.catalogue import FIRST_PRODUCTS


def with_offers(create_app):
    """Add the day's offer to the answers."""

    def create(uri=None):
        app = create_app(uri)

        @app.before_request
        def todays_offer():
            if request.path == "/products":
                g.offer = FIRST_PRODUCTS["tea"] // 2

        return app

    return create
