from tests.search_web.test_api import *  # noqa: F403
