"""Special offers: one product is cheaper today; the partner's service that knows which one is asked for each request."""

import time

from flask import g, request


def with_offers(create_app):
    """Add the day's offer to the answers."""

    def create(uri=None):
        app = create_app(uri)

        @app.before_request
        def todays_offer():
            if request.path == "/products":
                time.sleep(1.2)  # what the partner's service takes
                g.offer = "espresso"

        return app

    return create
