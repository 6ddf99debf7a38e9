"""What the vendor's servers and staff call: plain handlers on Django's ORM."""
