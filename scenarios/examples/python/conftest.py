pytest_plugins = ["mock_idp_fixture"]
