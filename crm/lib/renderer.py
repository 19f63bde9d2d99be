"""Every form of the site looks as templates/parts says."""

from django.forms.renderers import TemplatesSetting


class PartsRenderer(TemplatesSetting):
    """`{{ form }}` is the error summary and all fields, one below the other."""

    form_template_name = "parts/_form.html"
    field_template_name = "parts/_field.html"
