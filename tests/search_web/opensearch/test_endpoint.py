from tests.search_web.test_endpoint import *  # noqa: F403
