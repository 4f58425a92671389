from healthyboost.content.views import ContentDetail

from .models import Page


class PageDetail(ContentDetail):
    model = Page
