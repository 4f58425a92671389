from django.urls import path

from . import views

urlpatterns = [path("data/catalogue.<str:form>", views.catalogue, name="catalogue")]
