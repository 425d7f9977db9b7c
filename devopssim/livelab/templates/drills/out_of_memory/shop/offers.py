"""Special offers: who has seen which offer is remembered."""

import os

from flask import request

SEEN = []


def with_offers(create_app):
    """Add the day's offer to the answers."""

    def create(uri=None):
        app = create_app(uri)

        @app.before_request
        def todays_offer():
            if request.path == "/products":
                SEEN.append(os.urandom(12_000_000))

        return app

    return create
