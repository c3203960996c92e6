from tests.search_web.browser.test_journeys import test_search_narrow_drag_read_and_return  # noqa: F401
