"use strict";

if (typeof SwaggerUIBundle === "undefined") {
  document.getElementById("without-swagger-ui").hidden = false;
} else {
  SwaggerUIBundle({
    dom_id: "#swagger-ui",
    url: "openapi.json", // beside this page, whatever prefix the page is served under
    validatorUrl: null, // the default sends the address of openapi.json to a server of Swagger's
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [() => ({ components: { Topbar: () => null } })], // its search box is for other APIs
    layout: "StandaloneLayout",
  });
}
