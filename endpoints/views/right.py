"""The right that every act of this app asks for."""

RIGHT = "endpoints.manage_endpoints"
