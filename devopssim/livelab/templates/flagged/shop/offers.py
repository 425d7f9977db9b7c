"""Special offers: one product at half its price today, for those for whom the flag is on."""

import json
import os
import uuid

from flask import g, request
from openfeature import api
from openfeature.evaluation_context import EvaluationContext

from shop.catalogue import FIRST_PRODUCTS
from shop.flags import FlagFile

FLAG = "special-offers"
PRODUCT = "tea"


def with_offers(create_app):
    """Add the day's offer to the answers."""

    def create(uri=None):
        app = create_app(uri)
        api.set_provider(FlagFile(os.environ.get("SHOP_FLAGS", "/flags/flags.json")))
        flags = api.get_client()

        @app.before_request
        def todays_offer():
            user = request.headers.get("X-User") or uuid.uuid4().hex  # a stranger is another one each time
            if request.path == "/products" and flags.get_boolean_value(FLAG, False, EvaluationContext(user)):
                g.offer = {PRODUCT: FIRST_PRODUCTS[PRODUCT] // 2}

        @app.after_request
        def show_it(response):
            if "offer" in g:
                response.set_data(json.dumps({**response.get_json(), **g.offer}))
                response.headers["X-Feature"] = FLAG
            return response

        return app

    return create
