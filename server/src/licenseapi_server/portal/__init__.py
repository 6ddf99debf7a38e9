"""The customer portal's rows: links that have been mailed, and how many mails there were."""
