from django.urls import path

from . import newsletter_views as views

app_name = "newsletter"
urlpatterns = [
    path("", views.IssueList.as_view(), name="list"),
    path("<str:slug>/", views.IssueDetail.as_view(), name="detail"),
    path("<str:slug>/issue.pdf", views.issue_pdf, name="pdf"),
]
